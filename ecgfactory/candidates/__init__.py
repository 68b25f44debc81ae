"""Numbered candidates: generated, with their derived leads, measured and judged."""
