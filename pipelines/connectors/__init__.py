"""What every platform's ``api.py`` shares: client, credentials, tokens, paging, windows, page files. No platform is named in here."""
