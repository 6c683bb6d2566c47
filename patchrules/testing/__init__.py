"""What people import in their own tests; hypothesis and pytest live only here."""
