"""Read IFC models (2x3, 4, 4.3). ifcopenshell and openpyxl come with `make ifc`; the rest of the twin does without."""
