"""Official documents: the templates in force, the printed page, the files that are kept."""
