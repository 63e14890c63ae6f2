"""What the tests share: servers, databases and guards. Fixtures themselves are in conftest.py."""
