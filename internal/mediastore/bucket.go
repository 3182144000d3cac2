package mediastore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Bucket is a Store in an S3-compatible bucket.
type Bucket struct {
	client *minio.Client
	bucket string
	prefix string // empty, or ends with a slash
}

// attempts is how often a request is tried; the client's own default of ten
// would keep an editor waiting for minutes.
const attempts = 4

// OpenBucket opens "s3://bucket/prefix?endpoint=HOST&region=REGION" and asks
// whether the bucket is there. The endpoint is a host with or without port, or
// an address that begins with http:// for one without TLS; without it, it is
// Amazon's. The credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
// and, if set, AWS_SESSION_TOKEN.
func OpenBucket(ctx context.Context, address string) (*Bucket, error) {
	b, err := parseBucket(address)
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", address, err)
	}
	there, err := b.client.BucketExists(ctx, b.bucket)
	switch {
	case err != nil:
		return nil, fmt.Errorf("open bucket %s: %w (check the endpoint and that the key may list, read, write and delete in the bucket)", address, err)
	case !there:
		return nil, fmt.Errorf("open bucket %s: there is no such bucket; create it first", address)
	}
	return b, nil
}

func parseBucket(address string) (*Bucket, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "s3" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, errors.New("want s3://bucket?endpoint=HOST&region=REGION, with the keys in the environment")
	}
	endpoint, secure := "s3.amazonaws.com", true
	options := &minio.Options{Creds: credentials.NewEnvAWS(), MaxRetries: attempts}
	for key, values := range u.Query() {
		switch key {
		case "endpoint":
			endpoint = values[0]
		case "region":
			options.Region = values[0]
		default:
			return nil, fmt.Errorf("unknown setting %q; there are endpoint and region", key)
		}
	}
	if host, plain := strings.CutPrefix(endpoint, "http://"); plain {
		endpoint, secure = host, false
	}
	endpoint = strings.TrimSuffix(strings.TrimPrefix(endpoint, "https://"), "/")
	options.Secure = secure
	if v, err := options.Creds.GetWithContext(nil); err != nil || v.AccessKeyID == "" {
		return nil, errors.New("no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	client, err := minio.New(endpoint, options)
	if err != nil {
		return nil, err
	}
	b := &Bucket{client: client, bucket: u.Host, prefix: strings.Trim(u.Path, "/")}
	if b.prefix != "" {
		if err := checkName(b.prefix); err != nil {
			return nil, err
		}
		b.prefix += "/"
	}
	return b, nil
}

// Put sends the file in one request, with its checksum; the service answers
// when it is safe.
func (b *Bucket) Put(ctx context.Context, name string, data []byte) error {
	err := checkName(name)
	if err == nil {
		_, err = b.client.PutObject(ctx, b.bucket, b.prefix+name, bytes.NewReader(data), int64(len(data)),
			minio.PutObjectOptions{ContentType: "application/octet-stream", DisableMultipart: true, SendContentMd5: true})
	}
	return plain("put", name, err)
}

// Open asks for the file; what is read is fetched as it is read, each seek
// being a request of its own.
func (b *Bucket) Open(ctx context.Context, name string) (io.ReadSeekCloser, int64, error) {
	if err := checkName(name); err != nil {
		return nil, 0, plain("open", name, err)
	}
	o, err := b.client.GetObject(ctx, b.bucket, b.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return nil, 0, plain("open", name, err)
	}
	info, err := o.Stat()
	if err != nil {
		// The object was never opened: there is nothing that its Close could lose.
		_ = o.Close()
		return nil, 0, plain("open", name, err)
	}
	return o, info.Size, nil
}

// Stat is a file's size.
func (b *Bucket) Stat(ctx context.Context, name string) (int64, error) {
	if err := checkName(name); err != nil {
		return 0, plain("look for", name, err)
	}
	info, err := b.client.StatObject(ctx, b.bucket, b.prefix+name, minio.StatObjectOptions{})
	if err != nil {
		return 0, plain("look for", name, err)
	}
	return info.Size, nil
}

// Remove deletes a file.
func (b *Bucket) Remove(ctx context.Context, name string) error {
	err := checkName(name)
	if err == nil {
		err = b.client.RemoveObject(ctx, b.bucket, b.prefix+name, minio.RemoveObjectOptions{})
	}
	if err = plain("remove", name, err); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Names lists the bucket below the prefix, passing over what we would not
// have put there.
func (b *Bucket) Names(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // else the listing goes on when the caller stops
		for o := range b.client.ListObjectsIter(ctx, b.bucket, minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true}) {
			if o.Err != nil {
				yield("", fmt.Errorf("list picture files: %w", o.Err))
				return
			}
			if name := strings.TrimPrefix(o.Key, b.prefix); checkName(name) == nil && !yield(name, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield("", fmt.Errorf("list picture files: %w", err))
		}
	}
}

// plain says in our words what the service answered.
func plain(verb, name string, err error) error {
	if err == nil {
		return nil
	}
	switch r := minio.ToErrorResponse(err); {
	case r.Code == "NoSuchKey" || r.StatusCode == http.StatusNotFound && r.Code != "NoSuchBucket":
		err = fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	case r.StatusCode == http.StatusInsufficientStorage || r.Code == "QuotaExceeded" || r.Code == "XMinioStorageFull" || r.Code == "XMinioAdminBucketQuotaExceeded":
		err = fmt.Errorf("%w: %w", ErrFull, err)
	}
	return fmt.Errorf("%s picture file %s: %w", verb, name, err)
}
