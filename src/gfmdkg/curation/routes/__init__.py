"""What curators ask over HTTP: change sets, versions, validation."""
