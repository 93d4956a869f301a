"""What a chapter shows, and nothing else: figures, tables, claims and source listings."""
