using TrustedServe.Benchmarks;
using TrustedServe.Benchmarks.Bert;

return args switch
{
    ["unseal", .. var rest] => await SealingFigures.RunAsync(rest is [var size, ..] ? int.Parse(size, null) : 1024),
    ["seal-memory", .. var rest] => await SealingMemory.RunAsync(rest is [var size, ..] ? long.Parse(size, null) : 4096),
    ["http", .. var rest] => await HttpFigures.RunAsync(rest is [var seconds, ..] ? int.Parse(seconds, null) : 10),
    ["bert", .. var rest] => await BertCommand.RunAsync(rest),
    ["verify-quote"] => VerificationFigures.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        unseal [MiB]        sealing and unsealing beside decrypting and writing the same bytes to tmpfs with nothing around it
        seal-memory [MiB]   peak memory of sealing a package of that size
        http [seconds]      requests/s, p50 and p99 of both sample models with 2 connections
        bert SHAPE --output DIR [--text] [--seed N]
                            a package of a BERT with random weights: minilm, base, large or tiny
        verify-quote        time and allocation of verifying a TDX quote, with fresh and with cached collateral
        """);
    return 2;
}
