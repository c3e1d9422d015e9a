help([[PyTorch 2.10 without a container: its programs are on the PATH.]])
whatis("Name: python-pytorch")
whatis("Version: 2.10")
prepend_path("PATH", "/appl/python-pytorch/2.10/bin")
