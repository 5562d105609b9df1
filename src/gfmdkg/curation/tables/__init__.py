"""Tables that curators fill in: templates, import and export of CSV and XLSX."""
