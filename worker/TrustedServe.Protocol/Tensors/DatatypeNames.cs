namespace TrustedServe.Protocol.Tensors;

/// <summary>Names and sizes of <see cref="Datatype"/>, as the protocol writes them.</summary>
public static class DatatypeNames
{
    private static readonly string[] Names = [.. Enum.GetNames<Datatype>().Select(name => name.ToUpperInvariant())];

    /// <summary>The protocol's name, for example <c>FP32</c>.</summary>
    public static string Name(this Datatype datatype) => Names[(int)datatype];

    /// <summary>Bytes an element; 0 for <see cref="Datatype.Bytes"/>, whose elements differ in length.</summary>
    public static int ElementSize(this Datatype datatype) => datatype switch
    {
        Datatype.Bool or Datatype.Uint8 or Datatype.Int8 => 1,
        Datatype.Uint16 or Datatype.Int16 or Datatype.Fp16 or Datatype.Bf16 => 2,
        Datatype.Uint32 or Datatype.Int32 or Datatype.Fp32 => 4,
        Datatype.Uint64 or Datatype.Int64 or Datatype.Fp64 => 8,
        _ => 0,
    };

    /// <summary>Reads a protocol name (exact, upper case).</summary>
    public static bool TryParse(string? name, out Datatype datatype)
    {
        var index = Array.IndexOf(Names, name);
        datatype = index < 0 ? default : (Datatype)index;
        return index >= 0;
    }
}
