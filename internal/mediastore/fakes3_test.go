package mediastore

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeS3 is a bucket service in memory, as far as the client asks: it checks
// what is sent against its checksum, answers ranges, lists in pages of seven,
// and refuses to write when full. Signatures it ignores.
type fakeS3 struct {
	mu      sync.Mutex
	buckets map[string]map[string][]byte
	full    bool
	broken  int // how many requests to answer with 503 first
}

func startS3(t *testing.T) (*fakeS3, string) {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_SESSION_TOKEN", "")
	f := &fakeS3{buckets: map[string]map[string][]byte{"pictures": {}}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, server.URL
}

func (f *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken > 0 {
		f.broken--
		s3Error(w, http.StatusServiceUnavailable, "SlowDown")
		return
	}
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	bucket, ok := f.buckets[name]
	if !ok {
		s3Error(w, http.StatusNotFound, "NoSuchBucket")
		return
	}
	switch {
	case key == "" && r.URL.Query().Has("location"):
		fmt.Fprint(w, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></LocationConstraint>`)
	case key == "" && r.Method == http.MethodHead:
	case key == "" && r.Method == http.MethodGet:
		list(w, r, bucket)
	case r.Method == http.MethodPut:
		f.put(w, r, bucket, key)
	case r.Method == http.MethodDelete:
		delete(bucket, key)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		b, ok := bucket[key]
		if !ok {
			s3Error(w, http.StatusNotFound, "NoSuchKey")
			return
		}
		w.Header().Set("ETag", etag(b))
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", time.Unix(1_700_000_000, 0), bytes.NewReader(b))
	default:
		s3Error(w, http.StatusMethodNotAllowed, "MethodNotAllowed")
	}
}

func etag(b []byte) string {
	sum := md5.Sum(b)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func (f *fakeS3) put(w http.ResponseWriter, r *http.Request, bucket map[string][]byte, key string) {
	body := io.Reader(r.Body)
	if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		body = &awsChunks{r: bufio.NewReader(r.Body)}
	}
	b, err := io.ReadAll(body)
	if err != nil {
		s3Error(w, http.StatusBadRequest, "IncompleteBody")
		return
	}
	sum := md5.Sum(b)
	switch want := r.Header.Get("Content-Md5"); {
	case f.full:
		s3Error(w, http.StatusInsufficientStorage, "XMinioStorageFull")
	case want == "":
		s3Error(w, http.StatusBadRequest, "MissingChecksum")
	case want != base64.StdEncoding.EncodeToString(sum[:]):
		s3Error(w, http.StatusBadRequest, "BadDigest")
	default:
		bucket[key] = b
		w.Header().Set("ETag", etag(b))
	}
}

func list(w http.ResponseWriter, r *http.Request, bucket map[string][]byte) {
	type object struct {
		Key          string
		Size         int
		ETag         string
		LastModified string
	}
	var page struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		Contents              []object
		IsTruncated           bool
		NextContinuationToken string
	}
	q := r.URL.Query()
	for _, key := range slices.Sorted(maps.Keys(bucket)) {
		if !strings.HasPrefix(key, q.Get("prefix")) || key <= q.Get("continuation-token") {
			continue
		}
		if len(page.Contents) == 7 {
			page.IsTruncated, page.NextContinuationToken = true, page.Contents[6].Key
			break
		}
		page.Contents = append(page.Contents, object{key, len(bucket[key]), etag(bucket[key]), "2026-01-02T03:04:05.000Z"})
	}
	w.Header().Set("Content-Type", "application/xml")
	if err := xml.NewEncoder(w).Encode(page); err != nil {
		panic(err)
	}
}

func s3Error(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<Error><Code>%s</Code><Message>%s</Message></Error>`, code, code)
}

// awsChunks undoes the framing that signs a body piece by piece:
// "SIZE;chunk-signature=…\r\n", the piece, "\r\n".
type awsChunks struct {
	r    *bufio.Reader
	left int64
	done bool
}

func (c *awsChunks) Read(p []byte) (int, error) {
	if c.done {
		return 0, io.EOF
	}
	if c.left == 0 {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return 0, err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		if c.left, err = strconv.ParseInt(size, 16, 64); err != nil {
			return 0, err
		}
		if c.left == 0 {
			c.done = true
			return 0, io.EOF
		}
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	if c.left -= int64(n); c.left == 0 && err == nil {
		var end [2]byte
		if _, err = io.ReadFull(c.r, end[:]); err == nil && string(end[:]) != "\r\n" {
			err = errors.New("chunk without end")
		}
	}
	return n, err
}
