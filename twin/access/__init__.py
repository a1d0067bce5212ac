"""Who asks, and what may they see. Every page, callback and route asks `visitor()`."""

from twin.access.visitor import Role, Visitor, visitor

__all__ = ["Role", "Visitor", "visitor"]
