"""The checklist that the product comes with, and its versions."""
