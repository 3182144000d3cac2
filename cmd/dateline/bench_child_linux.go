package main

import "syscall"

// dieWithUs has the kernel end a child whose bench was killed. It follows the thread
// that started the child; Go keeps its threads as long as the process lives.
func dieWithUs() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
