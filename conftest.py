"""The options and fixtures come from the installed plugin (`longhaul.plugin`, an entry point); nothing is added here."""
