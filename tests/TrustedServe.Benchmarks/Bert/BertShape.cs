namespace TrustedServe.Benchmarks.Bert;

/// <summary>The numbers that make a BERT.</summary>
public sealed record BertShape
{
    /// <summary>A name for people and packages.</summary>
    public required string Name { get; init; }

    /// <summary>Encoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Width of a token.</summary>
    public required int Hidden { get; init; }

    /// <summary>Attention heads; they divide <see cref="Hidden"/>.</summary>
    public required int Heads { get; init; }

    /// <summary>Word pieces.</summary>
    public int Vocabulary { get; init; } = 30_522;

    /// <summary>Most tokens in a row.</summary>
    public int Positions { get; init; } = 512;

    /// <summary>Classes.</summary>
    public int Labels { get; init; } = 4;

    /// <summary>Whether the graph takes <c>token_type_ids</c> too.</summary>
    public bool TokenTypes { get; init; }

    /// <summary>Width between the two matrices of a layer's feed-forward part.</summary>
    public int Intermediate => 4 * Hidden;

    /// <summary>Six layers of MiniLM: 91 MB.</summary>
    public static BertShape MiniLm { get; } = new() { Name = "bert-minilm", Layers = 6, Hidden = 384, Heads = 12 };

    /// <summary>BERT-Base: 438 MB.</summary>
    public static BertShape Base { get; } = new() { Name = "bert-base", Layers = 12, Hidden = 768, Heads = 12 };

    /// <summary>BERT-Large: 1.34 GB.</summary>
    public static BertShape Large { get; } = new() { Name = "bert-large", Layers = 24, Hidden = 1024, Heads = 16 };

    /// <summary>BERT-Large with twice the layers: 2.55 GB, more than a protobuf message holds.</summary>
    public static BertShape ExtraLarge { get; } = new() { Name = "bert-xl", Layers = 48, Hidden = 1024, Heads = 16 };

    /// <summary>Small enough for a test; every part of a large one is there.</summary>
    public static BertShape Tiny { get; } = new() { Name = "bert-tiny", Layers = 2, Hidden = 32, Heads = 4, Vocabulary = 512, Positions = 64 };

    /// <summary>A shape by the name of the command line.</summary>
    public static BertShape? Find(string name) => name switch
    {
        "minilm" => MiniLm,
        "base" => Base,
        "large" => Large,
        "xl" => ExtraLarge,
        "tiny" => Tiny,
        _ => null,
    };
}
