"""From somebody's model or plan to an IMDF archive: readers, one form for what they find, one writer."""
