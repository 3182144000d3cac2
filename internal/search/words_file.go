package search

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// The words of an index are kept beside it, since it could give them back only without their endings and capitals.
// They are a log: a header, then batches of words with their counts, each with its length and checksum; the last
// count of a word is true. A word is written when it is new and whenever its count has doubled, so a count may be up
// to half too small after a start, which changes nothing that anybody would notice.
//
// Batches are written before the index's own commit and not synced. After a crash of the machine the newest may be
// missing; their words are not proposed until they are written again.

// analysisVersion rises when analyse makes other terms of a text, or this file changes: both are then made anew.
const analysisVersion = 4

var wordsMagic = [8]byte{'D', 'l', 'W', 'o', 'r', 'd', 's', analysisVersion}

const (
	wordsEnding  = ".words"
	maxWordBatch = 1 << 26 // bytes; what claims to be longer is damaged
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A wordsFile is a lexicon and the file that it comes from.
type wordsFile struct {
	*lexicon
	f    *os.File
	size int64 // up to where it is whole
	buf  []byte
}

// openWords reads the file at path. One that is missing or of another version is errVersion if it should be there,
// and made otherwise.
func openWords(path string, there bool) (*wordsFile, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	w := &wordsFile{lexicon: newLexicon(), f: f}
	entries, err := w.load(there)
	if err == nil && entries > 2*len(w.words)+1000 {
		err = w.rewrite(path)
	}
	if err != nil {
		return nil, errors.Join(err, w.f.Close())
	}
	return w, nil
}

func (w *wordsFile) close() error {
	if w == nil {
		return nil
	}
	return w.f.Close()
}

// load gives how many entries there were.
func (w *wordsFile) load(there bool) (entries int, err error) {
	r := bufio.NewReaderSize(w.f, 1<<16)
	var magic [8]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil || magic != wordsMagic || !there {
		if there {
			return 0, errVersion
		}
		if err := w.f.Truncate(0); err != nil {
			return 0, err
		}
		w.size = int64(len(wordsMagic))
		_, err := w.f.WriteAt(wordsMagic[:], 0)
		return 0, err
	}
	w.size = int64(len(wordsMagic))
	var head [8]byte
	var batch []byte
	for {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			break
		}
		n := binary.LittleEndian.Uint32(head[:])
		if n > maxWordBatch {
			break
		}
		if batch, err = readBatch(r, batch[:0], int(n)); err != nil || crc32.Checksum(batch, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
			break
		}
		n2, ok := w.restore(batch)
		if !ok {
			break
		}
		entries += n2
		w.size += int64(len(head)) + int64(n)
	}
	w.mu.Lock()
	w.settle() // once: after every batch it took most of the time that opening takes
	w.mu.Unlock()
	return entries, w.f.Truncate(w.size) // what is torn is gone
}

// readBatch grows with what is there, not with what the length promises.
func readBatch(r io.Reader, to []byte, n int) ([]byte, error) {
	for len(to) < n {
		step := min(n-len(to), 1<<20)
		at := len(to)
		to = append(to, make([]byte, step)...)
		if _, err := io.ReadFull(r, to[at:]); err != nil {
			return to, err
		}
	}
	return to, nil
}

// restore takes one batch in; settle comes after the last.
func (x *lexicon) restore(b []byte) (entries int, ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for len(b) > 0 {
		var h heard
		var docs, low uint64
		if h.key, b, ok = cutString(b); !ok || h.key == "" {
			return entries, false
		}
		if h.shown, b, ok = cutString(b); !ok {
			return entries, false
		}
		if docs, b, ok = cutNumber(b); !ok {
			return entries, false
		}
		if low, b, ok = cutNumber(b); !ok {
			return entries, false
		}
		entries++
		n, known := x.find(h.key)
		switch {
		case known:
			x.show(&x.words[n], h.shown)
		case len(x.words) >= maxLexemes:
			continue
		default:
			n = x.insert(n, h)
		}
		x.words[n].docs, x.words[n].low = uint32(docs), uint32(low)
		x.nameIfOne(n)
	}
	return entries, true
}

func cutString(b []byte) (string, []byte, bool) {
	if len(b) == 0 || int(b[0]) > len(b)-1 {
		return "", nil, false
	}
	return string(b[1 : 1+b[0]]), b[1+b[0]:], true
}

func cutNumber(b []byte) (uint64, []byte, bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 || v > 1<<31 {
		return 0, nil, false
	}
	return v, b[n:], true
}

// hear follows the documents of one change, and writes what must be written. known says whether a document was there
// already.
func (w *wordsFile) hear(entries []*entry, known func(id string) bool) error {
	w.buf = append(w.buf[:0], make([]byte, 8)...)
	for _, e := range entries {
		for _, n := range w.add(e.heard, known(e.id)) {
			w.buf = w.appendWord(w.buf, n)
		}
	}
	return w.write()
}

// appendWord gives b with a word's entry; only writers change words, so no lock is needed to read.
func (x *lexicon) appendWord(b []byte, n uint32) []byte {
	w := &x.words[n]
	b = append(b, w.keyLen)
	b = append(b, x.keyBytes(w)...)
	b = append(b, w.shownLen)
	b = append(b, x.text[w.shown:w.shown+uint32(w.shownLen)]...)
	b = binary.AppendUvarint(b, uint64(w.docs))
	return binary.AppendUvarint(b, uint64(w.low))
}

// write appends the batch in buf, whose first eight bytes are for its length and checksum.
func (w *wordsFile) write() error {
	body := w.buf[8:]
	if len(body) == 0 {
		return nil
	}
	binary.LittleEndian.PutUint32(w.buf, uint32(len(body)))
	binary.LittleEndian.PutUint32(w.buf[4:], crc32.Checksum(body, castagnoli))
	if _, err := w.f.WriteAt(w.buf, w.size); err != nil { // the next write goes over what was torn
		return fmt.Errorf("write words: %w", err)
	}
	w.size += int64(len(w.buf))
	return nil
}

// rewrite makes the log as short as it can be.
func (w *wordsFile) rewrite(path string) error {
	f, err := os.OpenFile(path+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	next := &wordsFile{lexicon: w.lexicon, f: f, size: int64(len(wordsMagic))}
	_, err = f.WriteAt(wordsMagic[:], 0)
	for n := 0; n < len(w.words) && err == nil; {
		next.buf = append(next.buf[:0], make([]byte, 8)...)
		for ; n < len(w.words) && len(next.buf) < 1<<20; n++ {
			next.buf = w.appendWord(next.buf, uint32(n))
		}
		err = next.write()
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	err = w.f.Close()
	w.f, w.size, w.buf = f, next.size, nil
	return err
}
