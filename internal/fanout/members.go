package fanout

import (
	"slices"

	"dateline/internal/news"
)

// members is a set that is a sorted list while it is small: most of ten thousand
// stories have a handful of followers, and a bitmap of each would be a gigabyte.
type members struct {
	list []uint32
	set  news.Recipients // once the list would be the larger
}

func (m *members) add(n uint32) {
	if m.set != nil {
		m.set.Add(n)
		return
	}
	i, found := slices.BinarySearch(m.list, n)
	if found {
		return
	}
	m.list = slices.Insert(m.list, i, n)
	if len(m.list) > 1024 && len(m.list)*32 > int(m.list[len(m.list)-1]) {
		for _, n := range slices.Backward(m.list) {
			m.set.Add(n)
		}
		m.list = nil
	}
}

func (m *members) remove(n uint32) {
	if m.set != nil {
		m.set.Remove(n)
	} else if i, found := slices.BinarySearch(m.list, n); found {
		m.list = slices.Delete(m.list, i, i+1)
	}
}

func (m *members) empty() bool { return m.set == nil && len(m.list) == 0 }

func (m *members) addTo(s *news.Recipients) {
	if m.set != nil {
		s.Or(m.set)
		return
	}
	for _, n := range m.list {
		s.Add(n)
	}
}

func (m *members) takeFrom(s news.Recipients) {
	if m.set != nil {
		s.AndNot(m.set)
		return
	}
	for _, n := range m.list {
		s.Remove(n)
	}
}

// A grouping is members by some property.
type grouping[K comparable] map[K]*members

func (g grouping[K]) add(k K, n uint32) {
	m := g[k]
	if m == nil {
		m = new(members)
		g[k] = m
	}
	m.add(n)
}

// removeAll takes n out of every group; one that is empty then is dropped.
func (g grouping[K]) removeAll(n uint32) {
	for k, m := range g {
		if m.remove(n); m.empty() {
			delete(g, k)
		}
	}
}
