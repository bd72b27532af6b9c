"""Files of ours on a disk: whole or not at all, and what is kept because it was made once."""
