namespace TrustedServe.Protocol.Tensors;

/// <summary>Tensor element types of the Open Inference Protocol v2 (and BF16, an addition that clients know).</summary>
public enum Datatype
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>Unsigned, 1 byte.</summary>
    Uint8,

    /// <summary>Unsigned, 2 bytes.</summary>
    Uint16,

    /// <summary>Unsigned, 4 bytes.</summary>
    Uint32,

    /// <summary>Unsigned, 8 bytes.</summary>
    Uint64,

    /// <summary>Signed, 1 byte.</summary>
    Int8,

    /// <summary>Signed, 2 bytes.</summary>
    Int16,

    /// <summary>Signed, 4 bytes.</summary>
    Int32,

    /// <summary>Signed, 8 bytes.</summary>
    Int64,

    /// <summary>IEEE 754 half precision, 2 bytes; has no JSON form in the protocol.</summary>
    Fp16,

    /// <summary>The upper half of FP32, 2 bytes; has no JSON form in the protocol.</summary>
    Bf16,

    /// <summary>IEEE 754 single precision, 4 bytes.</summary>
    Fp32,

    /// <summary>IEEE 754 double precision, 8 bytes.</summary>
    Fp64,

    /// <summary>Byte strings: each a little-endian uint32 length and that many bytes.</summary>
    Bytes,
}
