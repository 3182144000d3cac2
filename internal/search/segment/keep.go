package segment

import (
	"bufio"
	"bytes"
	"errors"
	"math/bits"
	"os"
	"slices"
	"time"
)

// How segments grow: in memory fanIn of about a size become one, files when there are too many. So every document is
// copied some five times until there are a million, and a search looks into some six files. It is one merge at a time,
// on one core, and holds no more than the table of documents.
const (
	fanIn       = 8
	memoryTiers = 2 // up to fanIn, and up to its square
	mostFiles   = 8
	mergedFiles = 4 // the smallest, when there are more

	flushDocs  = 4096            // in memory; more are written out at once
	maxMemory  = 4 * flushDocs   // in memory; who brings more has to wait
	flushAfter = 3 * time.Second // that a change is at most in memory alone, when nothing goes wrong
	retryAfter = 30 * time.Second
)

func (x *Index) poke() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// keep is the background: it merges, and writes out what has been in memory long enough.
func (x *Index) keep() {
	due := time.NewTimer(flushAfter)
	due.Stop()
	waiting := false
	for {
		select {
		case <-x.stop:
			return
		case <-x.wake:
			if !waiting {
				due.Reset(flushAfter)
				waiting = true
			}
		case <-due.C:
			waiting = false
		}
		err := x.tend(!waiting)
		x.note(err)
		if err != nil {
			due.Reset(retryAfter)
			waiting = true
		}
	}
}

// tend does all the work there is now.
func (x *Index) tend(due bool) (err error) {
	defer faults(&err)()
	x.keeping.Lock()
	defer x.keeping.Unlock()
	for {
		select {
		case <-x.stop:
			return nil
		default:
		}
		memory, docs := x.now.Load().inMemory()
		switch {
		case docs >= flushDocs || due && (len(memory) > 0 || x.behind()):
			err = x.flush()
			due = false
		default:
			tier := fullTier(memory)
			if tier == nil {
				tier = tooMany(x.files)
			}
			if tier == nil {
				return nil
			}
			err = x.merge(tier)
		}
		if err != nil {
			return err
		}
	}
}

// inMemory are the parts that are in no file.
func (s *state) inMemory() (memory []*part, docs int) {
	for _, p := range s.parts {
		if !p.seg.mapped {
			memory = append(memory, p)
			docs += p.seg.docs
		}
	}
	return memory, docs
}

func (x *Index) behind() bool { return x.now.Load().applied != x.kept }

// fullTier gives segments in memory to be merged: enough of about one size. What is larger will soon be merged into a
// file anyhow.
func fullTier(memory []*part) []*part {
	var tiers [memoryTiers][]*part
	for _, p := range memory {
		if t := (bits.Len(uint(p.seg.docs)) - 1) / (bits.Len(fanIn) - 1); t < memoryTiers {
			if tiers[t] = append(tiers[t], p); len(tiers[t]) == fanIn {
				return tiers[t]
			}
		}
	}
	return nil
}

// tooMany gives files to be merged: one of which too much is dead, or the smallest when there are more than every
// search should look through.
func tooMany(files []*part) []*part {
	for _, p := range files {
		if p.n > 64 && p.n > p.seg.docs/3 {
			return []*part{p}
		}
	}
	if len(files) <= mostFiles {
		return nil
	}
	sorted := slices.Clone(files)
	slices.SortStableFunc(sorted, func(a, b *part) int { return a.seg.docs - b.seg.docs })
	return sorted[:mergedFiles]
}

// Flush writes what was applied so far to files, and waits until it is there.
func (x *Index) Flush() (err error) {
	defer faults(&err)()
	x.keeping.Lock()
	defer x.keeping.Unlock()
	if x.now.Load() == nil {
		return ErrClosed
	}
	return x.flush()
}

// flush makes one file of all that is in memory and writes the manifest; keeping is held.
func (x *Index) flush() error {
	x.writing.Lock()
	s := x.now.Load() // held by nobody else meanwhile, so it is not gone
	s.hold()
	defer func() { x.note(s.release()) }()
	var memory, files []*part
	for _, p := range s.parts {
		if p.seg.mapped {
			files = append(files, p)
		} else {
			memory = append(memory, p)
		}
	}
	if len(memory) == 0 && s.applied == x.kept && sameDead(files, x.files) {
		x.writing.Unlock()
		return nil
	}
	err := x.startJournal()
	number, pending := x.journal.number, x.pending
	x.pending = x.pending && err != nil
	x.writing.Unlock()
	if err != nil {
		return err
	}
	var made *part
	if len(memory) > 0 {
		made, err = x.writeMerged(memory)
	}
	if err == nil {
		err = x.record(files, made, s.applied, number)
	}
	if err != nil {
		x.writing.Lock()
		x.pending = x.pending || pending
		x.writing.Unlock()
		return err
	}
	x.replace(memory, made)
	return x.endJournals()
}

func sameDead(a, b []*part) bool {
	return slices.EqualFunc(a, b, func(p, q *part) bool { return p.seg == q.seg && p.n == q.n })
}

// merge makes one of several; in memory when they are there. Files are merged as the manifest knows them, so that what
// it says next is again the index at its change and no later one; keeping is held.
func (x *Index) merge(tier []*part) error {
	s := x.now.Load()
	if !s.hold() {
		return x.merge(tier)
	}
	defer func() { x.note(s.release()) }()
	if !tier[0].seg.mapped {
		made, err := x.mergeInMemory(tier)
		if err != nil {
			return err
		}
		x.replace(tier, made)
		return nil
	}
	made, err := x.writeMerged(tier)
	if err != nil {
		return err
	}
	files := slices.DeleteFunc(slices.Clone(x.files), func(p *part) bool { return slices.Contains(tier, p) })
	if err := x.record(files, made, x.kept, x.keptJournal); err != nil {
		return err
	}
	x.replace(tier, made)
	return nil
}

func (x *Index) mergeInMemory(parts []*part) (*part, error) {
	var b bytes.Buffer
	n, err := mergeSegments(parts, &x.o, &b)
	if n == 0 || err != nil {
		return nil, err
	}
	seg, err := readSegment(bytes.Clone(b.Bytes()), &x.o, true)
	if err != nil {
		return nil, err
	}
	return &part{seg: seg}, nil
}

// writeMerged makes a file of parts, synced; nil when nothing in them is alive.
func (x *Index) writeMerged(parts []*part) (*part, error) {
	name := x.next
	x.next++
	path := x.file(name)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	w := bufio.NewWriterSize(f, 1<<18)
	n, err := mergeSegments(parts, &x.o, w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil && n > 0 {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil && n > 0 {
		err = syncDir(x.folder())
	}
	if err != nil || n == 0 {
		return nil, errors.Join(err, os.Remove(path))
	}
	seg, err := openSegment(path, name, &x.o)
	if err != nil {
		return nil, err
	}
	return &part{seg: seg}, nil
}

// replace puts made where old were. What died in them meanwhile is dead in it too.
func (x *Index) replace(old []*part, made *part) {
	x.writing.Lock()
	defer x.writing.Unlock()
	s := x.now.Load()
	var parts []*part
	var died []string
	for _, p := range s.parts {
		i := slices.IndexFunc(old, func(o *part) bool { return o.seg == p.seg })
		if i < 0 {
			parts = append(parts, p)
			continue
		}
		before := old[i].dead
		p.dead.each(func(doc uint32) bool {
			if !before.has(doc) {
				died = append(died, string(p.seg.id(doc)))
			}
			return true
		})
		p.seg.gone.Store(true)
	}
	if made != nil {
		one := []*part{made}
		killAll(one, died)
		parts = append(parts, one[0])
	}
	x.publish(parts, s.applied)
}

// record writes the manifest: the index at change applied is files and what was made last, nil for nothing, and journal
// is the first with what came after. keeping is held, or nobody else knows x.
func (x *Index) record(files []*part, made *part, applied int64, journal uint64) error {
	if made != nil {
		files = append(slices.Clone(files), made)
	}
	m := manifest{analyzer: x.o.Analyzer, applied: applied, next: x.next, journal: journal}
	for _, p := range files {
		f := manifestFile{name: p.seg.name, from: p.seg.from}
		p.dead.each(func(doc uint32) bool { f.dead = append(f.dead, doc); return true })
		m.files = append(m.files, f)
	}
	if err := replaceFile(x.path, m.bytes()); err != nil {
		if made != nil {
			made.seg.gone.Store(true)
			made.seg.refs.Store(1)
			err = errors.Join(err, made.seg.release())
		}
		return err
	}
	x.files, x.kept, x.keptJournal = files, applied, journal
	return nil
}
