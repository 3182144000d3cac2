package fanout

import (
	"encoding/binary"

	"dateline/internal/news"
	"dateline/internal/webpush"
)

// A keyPage is the slots of consecutive numbers, in memory of its own. Where nobody is
// active there is none.
type keyPage []byte

const (
	keyPageSlots = 4096
	keyPageSize  = keyPageSlots * slotSize // a whole number of the system's pages
)

func fillSlot(s slot, p *webpush.Prepared, tag uint32) {
	copy(s, p[:])
	binary.LittleEndian.PutUint32(s[slotTag:], tag)
	s[slotState] = byte(slotReady)
}

// keep gives the numbers that keys are to be kept for, as many as the budget allows from
// the lowest, in which order alerts leave; it lets go of all other pages.
func (k *Keyring) keep(active news.Recipients) news.Recipients {
	const words = keyPageSlots / 64
	left := k.Budget / int64(keyPageSize)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.want = 0
	for page := 0; page < len(k.pages) || page*words < len(active); page++ {
		at := min(page*words, len(active))
		part := active[at:min(at+words, len(active))]
		here := part.Count()
		if here > 0 && left > 0 {
			left--
			k.want += here
			continue
		}
		clear(part)
		k.let(page)
	}
	return active
}

// let wipes a page and gives its memory back. The lock is held.
func (k *Keyring) let(page int) {
	if page >= len(k.pages) || k.pages[page] == nil {
		return
	}
	p := k.pages[page]
	for at := 0; at < len(p); at += slotSize {
		k.empty(slot(p[at : at+slotSize]))
	}
	k.pages[page] = nil
	freeKeyPage(p)
}

// hasPage reports whether there is memory for a page, after asking for it if need be.
func (k *Keyring) hasPage(page uint32) bool {
	k.mu.Lock()
	has := int(page) < len(k.pages) && k.pages[page] != nil
	k.mu.Unlock()
	if has {
		return true
	}
	p, locked, err := newKeyPage()
	if err != nil {
		k.Log.Warn("there is no memory to make keys for alerts ahead", "error", err)
		return false
	}
	if !locked {
		k.unlocked.Do(func() {
			k.Log.Info("keys made ahead for alerts may be written to swap, if there is any: the limit on locked memory is too low")
		})
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if short := int(page) + 1 - len(k.pages); short > 0 {
		k.pages = append(k.pages, make([]keyPage, short)...)
	}
	if k.pages[page] != nil { // another maker was faster
		freeKeyPage(p)
		return true
	}
	k.pages[page] = p
	return true
}
