package fanout

import "runtime"

// apart is memory outside Go's heap, where two hundred megabytes would have as much
// garbage again wait for the collector. It is given back once its owner is no more.
type apart struct{ pages map[*byte][]byte }

// newApart gives memory for an owner, which must not be reachable from it.
func newApart[T any](owner *T) *apart {
	a := &apart{pages: map[*byte][]byte{}}
	runtime.AddCleanup(owner, (*apart).freeAll, a)
	return a
}

// page gives size bytes, all zero. A system that has none left ends the program, as
// Go's own memory would.
func (a *apart) page(size int) []byte {
	p, err := mapMemory(size)
	if err != nil {
		panic("fanout: out of memory: " + err.Error())
	}
	a.pages[&p[0]] = p
	return p
}

func (a *apart) free(p []byte) {
	delete(a.pages, &p[0])
	unmapMemory(p)
}

func (a *apart) freeAll() {
	for _, p := range a.pages {
		unmapMemory(p)
	}
}
