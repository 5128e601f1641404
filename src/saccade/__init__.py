"""saccade: visual discovery for catalogues."""
