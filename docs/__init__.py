"""What is generated from the code, and the tests that run the code of the documentation."""
