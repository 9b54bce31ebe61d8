with stykker as (
    select * from {{ ref('regnestykker') }}
),

citater as (
    select * from {{ ref('citater') }}
),

samlet as (
    select
        stykker.*,
        a.vaerdi as vaerdi_a,
        b.vaerdi as vaerdi_b
    from stykker
    left join citater as a
        on stykker.citat_a = a.citat_id
    left join citater as b
        on stykker.citat_b = b.citat_id
),

beregnet as (
    select
        *,
        case art
            when 'sum' then cast(vaerdi_a + vaerdi_b as decimal(18, 3))
            when 'differens' then cast(vaerdi_a - vaerdi_b as decimal(18, 3))
            when 'kvotient' then {{ kvotient_halvt_op('vaerdi_a', 'vaerdi_b', '3') }}
            when 'hundred_gange_kvotient'
                then {{ kvotient_halvt_op('100 * vaerdi_a', 'vaerdi_b', '3') }}
        end as beregnet
    from samlet
),

final as (
    select
        regnestykke_id,
        beskrivelse,
        art,
        citat_a,
        citat_b,
        vaerdi_a,
        vaerdi_b,
        beregnet,
        resultat,
        tolerance,
        coalesce(abs(beregnet - resultat) <= tolerance, false) as holder,
        begrundelse
    from beregnet
)

select * from final
order by regnestykke_id
