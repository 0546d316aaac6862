using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("TrustedServe.Attestation.Tests")]
