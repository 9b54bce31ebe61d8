with maal as (
    select * from {{ ref('int_resultatmaal') }}
),

final as (
    select
        plan_id,
        plan_titel,
        er_eksempel,
        kommune_kode,
        kommune_navn,
        maal_nr,
        foraelder_nr,
        raekkefoelge,
        ministermaal_aar,
        ministermaal_nr,
        ministermaal,
        enhed,
        decimaler,
        maal_vaerdi,
        -- The sentence says "fald" or "stigning"; the number in it has no sign.
        abs(maal_aendring) as aendring,
        baseline_periode_trykt as baseline_periode,
        cast(left(baseline_periode_trykt, 4) as integer) as baseline_aar,
        maal_periode,
        cast(left(maal_periode, 4) as integer) as maal_aar,
        skabelon,
        resultatmaal_skabelon
    from maal
)

select * from final
order by plan_id, raekkefoelge, maal_nr
