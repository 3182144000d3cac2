package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// A manifest says which files are the index, which of their documents are dead, and the last change that is in them.
// It is written anew each time, under another name, synced and renamed, so that there is always a whole one.

const manifestMagic = "DlIndex\x02"

type manifest struct {
	analyzer uint32
	applied  int64
	next     uint64 // the name of the next file
	journal  uint64 // the first that holds changes after applied
	files    []manifestFile
}

type manifestFile struct {
	name uint64
	from int64 // as in the file's footer, for when that cannot be read
	dead []uint32
}

func (m *manifest) bytes() []byte {
	le := binary.LittleEndian
	b := []byte(manifestMagic)
	b = le.AppendUint32(b, m.analyzer)
	b = le.AppendUint64(b, uint64(m.applied))
	b = le.AppendUint64(b, m.next)
	b = le.AppendUint64(b, m.journal)
	b = binary.AppendUvarint(b, uint64(len(m.files)))
	for _, f := range m.files {
		b = binary.AppendUvarint(b, f.name)
		b = binary.AppendVarint(b, f.from)
		b = binary.AppendUvarint(b, uint64(len(f.dead)))
		prev := uint32(0)
		for _, d := range f.dead {
			b = binary.AppendUvarint(b, uint64(d-prev))
			prev = d
		}
	}
	return le.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// parseManifest gives ErrDamaged for anything that bytes did not make.
func parseManifest(b []byte) (m manifest, err error) {
	defer guard(&err)
	const head = len(manifestMagic) + 28
	le := binary.LittleEndian
	if len(b) < head+4 || string(b[:len(manifestMagic)]) != manifestMagic {
		return m, fmt.Errorf("%w: it does not begin as a manifest", ErrDamaged)
	}
	if body := b[:len(b)-4]; crc32.Checksum(body, castagnoli) != le.Uint32(b[len(body):]) {
		return m, fmt.Errorf("%w: checksum of the manifest", ErrDamaged)
	} else {
		b = body
	}
	m.analyzer = le.Uint32(b[8:])
	m.applied = int64(le.Uint64(b[12:]))
	m.next = le.Uint64(b[20:])
	m.journal = le.Uint64(b[28:])
	b = b[head:]
	number := func() uint64 {
		n, took := uvarint(b)
		b = b[took:]
		return n
	}
	for range number() {
		f := manifestFile{name: number()}
		from, took := binary.Varint(b)
		f.from, b = from, b[took:]
		prev := uint32(0)
		for range number() {
			prev += uint32(number())
			f.dead = append(f.dead, prev)
		}
		m.files = append(m.files, f)
	}
	return m, nil
}

// replaceFile writes b so that path is either as it was or all of it, whatever happens.
func replaceFile(path string, b []byte) error {
	temp := path + ".tmp"
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a renaming last through a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
