help([[A stand-in for Ray that runs no jobs: it costs no CPU, so a launch can be timed on few cores.]])
whatis("Name: fake-ray")
whatis("Version: 1.0")
prepend_path("PATH", "/appl/fake-ray/bin")
-- what Python says of the version of "ray"
prepend_path("PYTHONPATH", "/appl/fake-ray/lib")
