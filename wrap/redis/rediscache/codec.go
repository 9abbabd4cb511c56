package rediscache

import (
	"encoding"
	"encoding/json"
)

// Codec turns values into what Redis stores, and back. It must be safe for concurrent
// use. An error of Decode becomes the error of the lookup: it is no miss.
type Codec[V any] interface {
	Encode(value V) ([]byte, error)
	Decode(data []byte) (V, error)
}

// Bytes stores byte slices as they are. Neither a value given nor one returned may be
// changed.
func Bytes() Codec[[]byte] { return bytesCodec{} }

type bytesCodec struct{}

func (bytesCodec) Encode(value []byte) ([]byte, error) { return value, nil }
func (bytesCodec) Decode(data []byte) ([]byte, error)  { return data, nil }

// String stores strings as they are.
func String() Codec[string] { return stringCodec{} }

type stringCodec struct{}

func (stringCodec) Encode(value string) ([]byte, error) { return []byte(value), nil }
func (stringCodec) Decode(data []byte) (string, error)  { return string(data), nil }

// JSON stores values as encoding/json writes them.
func JSON[V any]() Codec[V] { return jsonCodec[V]{} }

type jsonCodec[V any] struct{}

func (jsonCodec[V]) Encode(value V) ([]byte, error) { return json.Marshal(value) }

func (jsonCodec[V]) Decode(data []byte) (value V, err error) {
	err = json.Unmarshal(data, &value)
	return value, err
}

// Binary stores values by their own MarshalBinary and UnmarshalBinary, such as those of
// [time.Time]. P is inferred:
//
//	rediscache.Binary[time.Time]()
//
// [time.Time]: https://pkg.go.dev/time#Time.MarshalBinary
func Binary[V any, P interface {
	*V
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}]() Codec[V] {
	return binaryCodec[V, P]{}
}

type binaryCodec[V any, P interface {
	*V
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}] struct{}

func (binaryCodec[V, P]) Encode(value V) ([]byte, error) { return P(&value).MarshalBinary() }

func (binaryCodec[V, P]) Decode(data []byte) (value V, err error) {
	err = P(&value).UnmarshalBinary(data)
	return value, err
}
