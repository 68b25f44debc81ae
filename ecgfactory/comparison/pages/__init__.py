"""What a comparison found, as pages to look at: a web page and a PDF."""
