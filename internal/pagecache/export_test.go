package pagecache

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
