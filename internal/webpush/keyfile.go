package webpush

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const keyFileSize = 32

var (
	// ErrNoKeyFile means that the key file is missing although keys are sealed
	// with it.
	ErrNoKeyFile = errors.New("the key file is missing")
	// ErrKeyFile means that the key file is not one, or that others may read it.
	ErrKeyFile = errors.New("the key file is of no use")
	// ErrWrongKeyFile means that a key was sealed with another key file.
	ErrWrongKeyFile = errors.New("sealed with another key file")
)

// A KeyFile seals the VAPID keys that are kept in a database, so that a copy of
// the database alone cannot send to its subscribers.
type KeyFile struct {
	path string
	aead cipher.AEAD
}

// OpenKeyFile opens the key file: 32 random bytes that its owner alone may
// read. If there is none it makes one, but never when sealedExist says that the
// database holds sealed keys already: a new file could not open them, and new
// keys would orphan every subscriber. Of several processes that start at once
// all end up with the same file.
func OpenKeyFile(path string, sealedExist bool) (*KeyFile, error) {
	secret, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if sealedExist {
			return nil, fmt.Errorf("open key file %s: %w, and the database holds keys sealed with it: "+
				"put it back from your copy, or say with --key-file where it is; no new one is made, as it would orphan every subscriber", path, ErrNoKeyFile)
		}
		if err := makeKeyFile(path); err != nil {
			return nil, fmt.Errorf("make key file %s: %w", path, err)
		}
		secret, err = readKeyFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open key file %s: %w", path, err)
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "webpush VAPID keys 1", 32)
	clear(secret)
	if err != nil {
		return nil, fmt.Errorf("open key file %s: %w", path, err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("open key file %s: %w", path, err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("open key file %s: %w", path, err)
	}
	return &KeyFile{path, aead}, nil
}

func readKeyFile(path string) (secret []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w: not a file", ErrKeyFile)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%w: others may read it: run chmod 600 %s", ErrKeyFile, path)
	case info.Size() != keyFileSize:
		return nil, fmt.Errorf("%w: it has %d bytes, not %d: put it back from your copy", ErrKeyFile, info.Size(), keyFileSize)
	}
	secret = make([]byte, keyFileSize)
	if _, err := io.ReadFull(f, secret); err != nil {
		return nil, err
	}
	return secret, nil
}

// makeKeyFile writes a temporary file and links it into place, so that nobody
// sees part of one and the first of several processes wins.
func makeKeyFile(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".key-*") // for its owner alone
	if err != nil {
		return err
	}
	err = fillKeyFile(f)
	if err == nil {
		err = os.Link(f.Name(), path)
		if errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	if err := errors.Join(err, os.Remove(f.Name())); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func fillKeyFile(f *os.File) error {
	var secret [keyFileSize]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return errors.Join(err, f.Close())
	}
	if _, err := f.Write(secret[:]); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}

// A sealed key is a version byte, the public key, a nonce, and the private key
// encrypted; the first two are authenticated with it.
const (
	sealedVersion = 1
	sealedNonce   = 1 + pointSize
	sealedText    = sealedNonce + 12
	sealedSize    = sealedText + 32 + tagSize
)

// Seal gives the bytes to keep in the database for k.
func (f *KeyFile) Seal(k *Key) ([]byte, error) {
	private, err := k.private.Bytes()
	if err != nil {
		return nil, fmt.Errorf("seal VAPID key %s: %w", k.ID(), err)
	}
	sealed := make([]byte, sealedText, sealedSize)
	sealed[0] = sealedVersion
	copy(sealed[1:], k.point[:])
	if _, err := rand.Read(sealed[sealedNonce:]); err != nil {
		return nil, fmt.Errorf("seal VAPID key %s: %w", k.ID(), err)
	}
	return f.aead.Seal(sealed, sealed[sealedNonce:], private, sealed[:sealedNonce]), nil
}

// Open gives the key back. It fails with ErrWrongKeyFile, and says what to do,
// if the key file is not the one that sealed it.
func (f *KeyFile) Open(sealed []byte) (*Key, error) {
	if len(sealed) != sealedSize || sealed[0] != sealedVersion {
		return nil, fmt.Errorf("open sealed VAPID key: %d bytes are none, or a newer version's", len(sealed))
	}
	private, err := f.aead.Open(nil, sealed[sealedNonce:sealedText], sealed[sealedText:], sealed[:sealedNonce])
	if err != nil {
		return nil, fmt.Errorf("open sealed VAPID key with key file %s: %w: put back the key file that belongs to this database, from the same backup", f.path, ErrWrongKeyFile)
	}
	k, err := keyFrom(private)
	clear(private)
	if err != nil {
		return nil, fmt.Errorf("open sealed VAPID key: %w", err)
	}
	if string(k.point[:]) != string(sealed[1:sealedNonce]) {
		return nil, errors.New("open sealed VAPID key: its two halves do not belong together")
	}
	return k, nil
}
