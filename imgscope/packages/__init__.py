"""What package managers know of the files in an image; pure: contents and paths in, facts out.

A file for each kind of package, all listed in ``registry``; ``select`` says which files are their databases,
``ownership`` gives every body to the package that owns it, and ``distribution`` names the root filesystem.
"""
