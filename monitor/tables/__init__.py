"""What is kept as rows: for the command line, the console and files."""
