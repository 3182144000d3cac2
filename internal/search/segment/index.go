package segment

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// An Index is a manifest at a path and segments in the folder beside it, path.d. One process owns it at a time. All
// methods may be called at the same time; readers wait for nobody.
type Index struct {
	path string
	o    Options

	now atomic.Pointer[state] // nil when closed

	// Whoever changes the state.
	writing sync.Mutex
	journal journal
	pending bool               // something is in memory that no journal has
	keys    []map[string]int32 // by column, the number of each key
	closed  bool

	// Whoever changes the files: the background, and those who want it done now.
	keeping sync.Mutex
	next    uint64
	kept    int64 // the last change that the manifest has
	// and the first journal after it
	keptJournal uint64
	files       []*part

	wake chan struct{}
	done sync.WaitGroup
	stop chan struct{}

	failed  sync.Mutex
	failure error // of the background, until somebody asks
}

// Open opens the index at path, or makes an empty one. A manifest that is damaged or of another analyzer gives way
// to an empty index. A segment that is damaged is left out, and Applied is then as old as the oldest change that it
// may have held: replaying from there makes the index whole. lost says what was left out and why, nil when nothing was.
func Open(path string, o Options) (x *Index, lost error, err error) {
	if len(o.Fields) > MaxFields || o.Columns > MaxColumns {
		return nil, nil, fmt.Errorf("open index %s: too many fields or columns", path)
	}
	x = &Index{
		path: path, o: o, next: 1, keys: make([]map[string]int32, o.Columns),
		wake: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	for i := range x.keys {
		x.keys[i] = make(map[string]int32)
	}
	if err := os.Mkdir(x.folder(), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, nil, fmt.Errorf("open index: %w", err)
	}
	if lost, err = x.load(); err != nil {
		return nil, nil, fmt.Errorf("open index %s: %w", path, err)
	}
	x.done.Go(x.keep)
	return x, lost, nil
}

func (x *Index) folder() string { return x.path + ".d" }

func (x *Index) file(name uint64) string {
	return filepath.Join(x.folder(), fmt.Sprintf("%08d.seg", name))
}

func (x *Index) load() (lost, err error) {
	defer faults(&err)()
	b, err := os.ReadFile(x.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	fresh := err != nil
	var m manifest
	if !fresh {
		m, lost = parseManifest(b)
		if lost == nil && m.analyzer != x.o.Analyzer {
			lost = fmt.Errorf("made by analyzer %d, not %d", m.analyzer, x.o.Analyzer)
		}
		if fresh = lost != nil; fresh {
			m = manifest{}
		}
	}
	x.next = max(1, m.next)
	applied := m.applied
	var parts []*part
	for _, f := range m.files {
		s, err := openSegment(x.file(f.name), f.name, &x.o)
		if err == nil && s.from != f.from {
			err = fmt.Errorf("%w: another file than the manifest means", ErrDamaged)
		}
		if err != nil {
			lost = errors.Join(lost, err)
			applied = min(applied, f.from)
			continue
		}
		p := &part{seg: s}
		for _, d := range f.dead {
			if int(d) < s.docs {
				p.kill(d)
			}
		}
		parts = append(parts, p)
	}
	whole := !fresh && lost == nil
	x.files, x.kept, x.keptJournal = parts, applied, m.journal
	if err := x.sweep(whole); err != nil {
		return lost, err
	}
	now := parts
	if whole {
		if now, applied, err = x.replay(m.journal, slices.Clone(parts), applied); err != nil {
			return lost, err
		}
	}
	x.adopt(now)
	x.now.Store(newState(now, applied, x.keyLists()))
	if err := x.startJournal(); err != nil {
		return lost, err
	}
	if !whole {
		return lost, x.record(parts, nil, applied, x.journal.number)
	}
	if applied != x.kept {
		x.poke()
	}
	return nil, nil
}

// sweep removes what no manifest names: files of a crash, or of an index that was here before. Journals stay when they
// are wanted.
func (x *Index) sweep(journals bool) error {
	names, err := os.ReadDir(x.folder())
	if err != nil {
		return err
	}
	known := make(map[uint64]bool)
	for _, p := range x.files {
		known[p.seg.name] = true
	}
	for _, e := range names {
		base, ok := strings.CutSuffix(e.Name(), ".seg")
		n, err := strconv.ParseUint(base, 10, 64)
		if ok && err == nil {
			x.next = max(x.next, n+1)
			if known[n] {
				continue
			}
		}
		if base, ok := strings.CutSuffix(e.Name(), ".log"); ok && journals {
			if n, err := strconv.ParseUint(base, 10, 64); err == nil && n >= x.keptJournal {
				x.next = max(x.next, n+1)
				continue
			}
		}
		if err := os.Remove(filepath.Join(x.folder(), e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// adopt gives the keys of parts their numbers; writing is held, or nobody else knows x.
func (x *Index) adopt(parts []*part) {
	for _, p := range parts {
		if p.keys != nil {
			continue
		}
		for c := range p.seg.columns {
			column := &p.seg.columns[c]
			numbers := make([]int32, column.n)
			for i := range numbers {
				key := column.key(i)
				n, ok := x.keys[c][string(key)]
				if !ok {
					n = int32(len(x.keys[c]))
					x.keys[c][string(key)] = n
				}
				numbers[i] = n
			}
			p.keys = append(p.keys, numbers)
		}
	}
}

// keyLists gives the keys by number; a state holds on to its own when there are more.
func (x *Index) keyLists() [][]string {
	lists := make([][]string, len(x.keys))
	var old [][]string
	if s := x.now.Load(); s != nil {
		old = s.keys
	}
	for c, numbers := range x.keys {
		if old != nil && len(old[c]) == len(numbers) {
			lists[c] = old[c]
			continue
		}
		lists[c] = make([]string, len(numbers))
		for key, n := range numbers {
			lists[c][n] = key
		}
	}
	return lists
}

// kill marks a document; p belongs to no state yet, or has a bitmap of its own.
func (p *part) kill(doc uint32) {
	if p.dead == nil {
		p.dead = newBitmap(p.seg.docs)
	}
	if !p.dead.has(doc) {
		p.dead.set(doc)
		p.n++
	}
}

// publish makes parts the state; writing is held.
func (x *Index) publish(parts []*part, applied int64) {
	x.adopt(parts)
	old := x.now.Load()
	x.now.Store(newState(parts, applied, x.keyLists()))
	x.note(old.release())
}

// note keeps an error of the background for the next who changes something.
func (x *Index) note(err error) {
	if err == nil {
		return
	}
	x.failed.Lock()
	defer x.failed.Unlock()
	if x.failure == nil {
		x.failure = err
	}
}

// Failure says, once, what went wrong in the background since it was last asked. It goes on trying.
func (x *Index) Failure() error {
	x.failed.Lock()
	defer x.failed.Unlock()
	err := x.failure
	x.failure = nil
	return err
}

// Close writes out what is in memory and closes the files. Views go on until they are closed too.
func (x *Index) Close() error {
	x.writing.Lock()
	if x.closed {
		x.writing.Unlock()
		return nil
	}
	x.closed = true
	x.writing.Unlock()
	close(x.stop)
	x.done.Wait()
	err := x.Flush()
	s := x.now.Swap(nil)
	return errors.Join(err, s.release(), x.journal.f.Close(), x.Failure())
}

// Check compares every file with its checksums, and says what is wrong.
func (v *View) Check() (err error) {
	defer faults(&err)()
	for _, p := range v.s.parts {
		f, err := readFooter(p.seg.data)
		if err == nil {
			err = f.verify(p.seg.data)
		}
		if err != nil {
			return fmt.Errorf("segment %s: %w", p.seg.path, err)
		}
	}
	return nil
}
