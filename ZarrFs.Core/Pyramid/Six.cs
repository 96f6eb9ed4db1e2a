namespace ZarrFs.Core.Pyramid;

/// <summary>Six runs of voxels or sums that are combined into one; at the edges of a level some are the same.</summary>
internal readonly unsafe struct Six(byte* s0, byte* s1, byte* s2, byte* s3, byte* s4, byte* s5)
{
    public byte* S0 => s0;

    public byte* S1 => s1;

    public byte* S2 => s2;

    public byte* S3 => s3;

    public byte* S4 => s4;

    public byte* S5 => s5;
}
