using System.Collections.Frozen;

namespace TrustedServe.Packaging.Graphs.Rules;

/// <summary>The operators that the engine has kernels for on a CPU, by domain. Anything else would need code that a package cannot bring.</summary>
internal static class KnownOperators
{
    /// <summary>Domain of the standard operators; an empty domain means the same.</summary>
    public const string Standard = "ai.onnx";

    /// <summary>Domain of the engine's own operators, which its fusions and the 8-bit graphs use.</summary>
    public const string Engine = "com.microsoft";

    private const string StandardNames =
        """
        Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool BatchNormalization Bernoulli BitShift
        BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike Ceil Celu CenterCropPad Clip Col2Im Compress Concat
        ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DFT DeformConv DepthToSpace
        DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather
        GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample
        GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If ImageDecoder InstanceNormalization
        IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Loop LpNormalization LpPool MatMul
        MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix Min Mish Mod Mul Multinomial Neg
        NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement OptionalHasElement Or PRelu Pad
        Pow QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN RandomNormal RandomNormalLike RandomUniform
        RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd
        ReduceSum ReduceSumSquare RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding Round STFT Scan Scatter
        ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength
        SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split
        SplitToSequence Sqrt Squeeze StringConcat StringNormalizer StringSplit Sub Sum Swish Tan Tanh TensorScatter TfIdfVectorizer
        ThresholdedRelu Tile TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor
        """;

    private const string LearningNames =
        """
        ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer LabelEncoder LinearClassifier
        LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble TreeEnsembleClassifier
        TreeEnsembleRegressor ZipMap
        """;

    private const string EngineNames =
        """
        Attention BiasGelu BiasSplitGelu BifurcationDetector CDist ConvTransposeWithDynamicPads CropAndResize DecoderMaskedMultiHeadAttention
        DequantizeLinear DynamicQuantizeLSTM DynamicQuantizeMatMul EPContext EmbedLayerNormalization ExpandDims FastGelu
        FusedConv FusedGemm FusedMatMul GatherBlockQuantized GatherND Gelu GreedySearch GridSample GroupQueryAttention Inverse
        LayerNormalization MatMulBnb4 MatMulInteger16 MatMulIntegerToFloat MatMulNBits MaxpoolWithMask MoE MultiHeadAttention MurmurHash3
        NGramRepeatBlock NhwcMaxPool Pad QAttention QEmbedLayerNormalization QGemm QLinearAdd QLinearAveragePool QLinearConcat
        QLinearConv QLinearGlobalAveragePool QLinearLeakyRelu QLinearMul QLinearReduceMean QLinearSigmoid QLinearSoftmax
        QLinearWhere QMoE QuantizeLinear QuickGelu Range RotaryEmbedding SampleOp Sampling SimplifiedLayerNormalization SkipLayerNormalization
        SkipSimplifiedLayerNormalization SparseAttention SparseToDenseMatMul Tokenizer TransposeMatMul Trilu Unique
        UnfoldTensor WordConvEmbedding BeamSearch WhisperBeamSearch
        """;

    private static readonly FrozenDictionary<string, FrozenSet<string>> Domains = new Dictionary<string, FrozenSet<string>>
    {
        [Standard] = Names(StandardNames),
        ["ai.onnx.ml"] = Names(LearningNames),
        [Engine] = Names(EngineNames),
    }.ToFrozenDictionary();

    /// <summary>The domain by the name that it is listed under.</summary>
    public static string Domain(string domain) => domain.Length == 0 ? Standard : domain;

    /// <summary>Whether the engine knows the domain.</summary>
    public static bool HasDomain(string domain) => Domains.ContainsKey(Domain(domain));

    /// <summary>Whether the engine knows the operator.</summary>
    public static bool Has(string domain, string name) => Domains.TryGetValue(Domain(domain), out var names) && names.Contains(name);

    private static FrozenSet<string> Names(string list) => list.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
