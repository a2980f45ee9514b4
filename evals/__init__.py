"""What CI runs: the claims of this project, each as a test that fails when the claim is false."""
