"""Write the pages of docs/ that are drawn from code.

Usage: python scripts/documents.py FOLDER
"""
