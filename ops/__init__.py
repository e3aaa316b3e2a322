"""The operators' command line: `python -m ops VERB`, on Azure and locally."""
