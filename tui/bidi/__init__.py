"""Bidirectional text on a grid of cells: order, shaping, line layout, the terminal's own part.

Standard library only; nothing here knows Textual or Rich.
"""
