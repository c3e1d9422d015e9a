help([[A stand-in for Ray that only listens: it costs no CPU, so a launch can be timed on few cores.]])
whatis("Name: fake-ray")
whatis("Version: 1.0")
prepend_path("PATH", "/appl/fake-ray/bin")
