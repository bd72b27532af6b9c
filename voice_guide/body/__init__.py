"""The listener's body: what a routine becomes for it today, or why there is to be no session. Its door is `fitting`."""
