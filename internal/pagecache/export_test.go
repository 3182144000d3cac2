package pagecache

import "net/http"

// Remembered and Tags let tests see that memory is bounded.
func (c *Cache) Remembered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.epochs.last)
}

func (c *Cache) Tags() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.index)
}

// Packed lets tests see how often the page at an address was compressed.
func (c *Cache) Packed(address string) (n int) {
	r, err := http.NewRequest("GET", address, nil)
	if err != nil {
		panic(err)
	}
	e := c.lookup(c.Key(r))
	if e == nil {
		return 0
	}
	for _, l := range []*lazyVariant{&e.page.variants[gzipped], &e.page.variants[brotlied], &e.page.hasty} {
		if l.made.Load() != nil {
			n++
		}
	}
	return n
}
