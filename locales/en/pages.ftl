# What stands on pages around what they say.
page-skip = Skip to the content
page-dismiss = Dismiss
