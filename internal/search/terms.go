package search

import "context"

// Vocabulary hands over every term of the index in byte order, each with the number of documents that have it, until
// do says false. Terms are as analyse makes them; the slice is only good until do returns. It reads everything once,
// so it is for making a dictionary of one's own now and then.
func (x *Index) Vocabulary(ctx context.Context, do func(term []byte, df int) bool) error {
	v, err := x.view(ctx)
	if err != nil {
		return err
	}
	defer v.Close()
	err = v.Vocabulary(func(term []byte, df int) bool { return ctx.Err() == nil && do(term, df) })
	if err != nil {
		return x.fail("read vocabulary", err)
	}
	return ctx.Err()
}

// Frequency is the number of documents that have term. It takes microseconds.
func (x *Index) Frequency(ctx context.Context, term string) (int, error) {
	v, err := x.view(ctx)
	if err != nil {
		return 0, err
	}
	defer v.Close()
	df, err := v.Frequency(term)
	if err != nil {
		return 0, x.fail("read vocabulary", err)
	}
	return df, nil
}
