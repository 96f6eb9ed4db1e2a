namespace ZarrFs.Core.Tiff;

/// <summary>The tags that say where and what the samples are, by TIFF 6.0's names and numbers.</summary>
public enum TiffTag
{
    NewSubfileType = 254,
    ImageWidth = 256,
    ImageLength = 257,
    BitsPerSample = 258,
    Compression = 259,
    PhotometricInterpretation = 262,
    FillOrder = 266,
    ImageDescription = 270,
    StripOffsets = 273,
    SamplesPerPixel = 277,
    RowsPerStrip = 278,
    StripByteCounts = 279,
    XResolution = 282,
    YResolution = 283,
    PlanarConfiguration = 284,
    ResolutionUnit = 296,
    ColorMap = 320,
    TileWidth = 322,
    TileLength = 323,
    TileOffsets = 324,
    TileByteCounts = 325,
    SubIfds = 330,
    SampleFormat = 339,
    ImageDepth = 32997,
    ImageJMetadataByteCounts = 50838,
    ImageJMetadata = 50839,
    MicroManagerMetadata = 51123,
}
